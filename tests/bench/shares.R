# Weighted shares by the survey package; arguments: folder with survey.csv, then levels. Prints the seconds.
asked <- commandArgs(TRUE)
suppressMessages(library(survey))
people <- read.csv(file.path(asked[1], "survey.csv"))
people$q00 <- factor(people$q00)
design <- svydesign(ids = ~1, weights = ~weight, data = people)
began <- proc.time()[["elapsed"]]
tables <- lapply(asked[-1], function(level) svyby(~q00, as.formula(paste0("~", level)), design, svymean))
seconds <- proc.time()[["elapsed"]] - began
rows <- do.call(rbind, Map(function(level, table) {
  k <- nlevels(people$q00)
  data.frame(level = level, unit = rep(table[[1]], each = k), answer = levels(people$q00),
             estimate_r = as.vector(t(as.matrix(table[, 2:(1 + k)]))), std_error_r = as.vector(t(as.matrix(table[, (2 + k):(1 + 2 * k)]))))
}, asked[-1], tables))
rows[c("estimate_r", "std_error_r")] <- lapply(rows[c("estimate_r", "std_error_r")], sprintf, fmt = "%.17g")
write.csv(rows, file.path(asked[1], "shares.csv"), row.names = FALSE, quote = FALSE)
cat(seconds, "\n")
