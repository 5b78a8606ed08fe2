# Weighted means of a stratified sample raked to age and sex, with linearised errors: package survey (r-cran-survey), the
# regression estimator's residuals under raked weights. Data made here.
source("write.R")
suppressPackageStartupMessages(library(survey))
i <- seq_len(600)
frame <- data.frame(provider = c("a", "b", "c", "d")[(i * 7) %% 4 + 1], town = c("x", "y")[(i * 11 + i %/% 5) %% 2 + 1],
                    age = c("18-44", "45-64", "65+")[(i * 13 + i %/% 7) %% 3 + 1], sex = c("f", "m")[(i * 5 + i %/% 3) %% 2 + 1])
chance <- c("18-44" = .3, "45-64" = .45, "65+" = .6)[frame$age] + .1 * (frame$sex == "f")
frame$score <- round(60 + 8 * (frame$age == "65+") + 5 * (frame$provider == "c") + 12 * sin(i * 2.3), 2)
frame$responded <- as.integer(((i * 173) %% 601) / 601 < chance)
write.csv(frame, "weighted_data.csv", row.names = FALSE, quote = FALSE)

N <- table(frame$provider)
given <- frame[frame$responded == 1, ]
given$N <- as.numeric(N[given$provider])
given$start <- given$N / as.numeric(table(given$provider)[given$provider])
design <- svydesign(ids = ~1, strata = ~provider, fpc = ~N, weights = ~rep(1, nrow(given)), data = given)
totals <- colSums(model.matrix(~provider + age + sex, frame))
raked <- calibrate(design, ~provider + age + sex, totals, calfun = "raking", epsilon = 1e-12, maxit = 500)
whole <- svymean(~score, raked)
providers <- svyby(~score, ~provider, raked, svymean)
towns <- svyby(~score, ~town, raked, svymean)
answers(weight = weights(raked), mean = coef(whole), error = SE(whole), provider_mean = coef(providers), provider_error = SE(providers),
        town_mean = coef(towns), town_error = SE(towns))
