# Weighted shares by the survey package; arguments: folder with survey.csv, then levels. Prints seconds
# on the clock and of processor time.
asked <- commandArgs(TRUE)
suppressMessages(library(survey))
people <- read.csv(file.path(asked[1], "survey.csv"))
people$q00 <- factor(people$q00)
design <- svydesign(ids = ~1, weights = ~weight, data = people)
began <- proc.time()
tables <- lapply(asked[-1], function(level) svyby(~q00, as.formula(paste0("~", level)), design, svymean))
used <- proc.time() - began
rows <- do.call(rbind, Map(function(level, table) {
  k <- nlevels(people$q00)
  data.frame(level = level, unit = rep(table[[1]], each = k), answer = levels(people$q00),
             estimate_r = as.vector(t(as.matrix(table[, 2:(1 + k)]))), std_error_r = as.vector(t(as.matrix(table[, (2 + k):(1 + 2 * k)]))))
}, asked[-1], tables))
rows[c("estimate_r", "std_error_r")] <- lapply(rows[c("estimate_r", "std_error_r")], sprintf, fmt = "%.17g")
write.csv(rows, file.path(asked[1], "shares.csv"), row.names = FALSE, quote = FALSE)
cat(used[["elapsed"]], used[["user.self"]] + used[["sys.self"]], "\n")
