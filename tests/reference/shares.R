# Weighted shares of units of two levels, by the survey package: svyby and svymean, in one stratum and in four.
# Needs r-cran-survey (4.1).
source("write.R")
suppressMessages(library(survey))
n <- 640
i <- seq_len(n)
people <- data.frame(municipality = paste0("M", (i * 11 + i %/% 7) %% 13 + 1), age = c("18-44", "45-64", "65+")[(i * 7 + i %/% 5) %% 3 + 1],
                     sex = c("f", "m")[(i * 13 + i %/% 6) %% 2 + 1], stratum = paste0("s", i %/% 161 + 1), weight = 1 + ((i * 37) %% 101) / 25)
people$lonely <- c("no", "some", "very")[1 + ((i * 53 + i %/% 3) %% 97 > 45) + ((i * 29 + i %/% 4) %% 89 > 70)]
people$smokes <- ifelse((i * 17) %% 23 == 0, NA, c("no", "yes")[1 + ((i * 41 + i %/% 9) %% 103 > 80)])
write.csv(people, "shares_data.csv", row.names = FALSE, quote = FALSE, na = "")
people[c("lonely", "smokes")] <- lapply(people[c("lonely", "smokes")], factor)

of <- function(design, item, level) {
  table <- svyby(as.formula(paste0("~", item)), as.formula(paste0("~", level)), design, svymean, na.rm = TRUE)
  table <- table[order(table[[level]]), ]
  k <- nlevels(people[[item]])
  list(estimate = as.vector(t(as.matrix(table[, 2:(1 + k)]))), error = as.vector(t(as.matrix(table[, (2 + k):(1 + 2 * k)]))))
}
one <- svydesign(ids = ~1, weights = ~weight, data = people)
four <- svydesign(ids = ~1, strata = ~stratum, weights = ~weight, data = people)
found <- list()
for (level in c("municipality", "age")) for (item in c("lonely", "smokes")) for (name in c("one", "four")) {
  got <- of(get(name), item, level)
  found[[paste(level, item, name, "estimate", sep = "_")]] <- got$estimate
  found[[paste(level, item, name, "error", sep = "_")]] <- got$error
}
do.call(answers, found)
