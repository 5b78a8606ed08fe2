# Raking by loglin (iterative proportional fitting) and the R-indicator by glm. Base R only.
source("write.R")
n <- 420
i <- seq_len(n)
frame <- data.frame(age = c("18-44", "45-64", "65+")[(i * 7) %% 3 + 1], sex = c("f", "m")[(i * 13 + i %/% 6) %% 2 + 1],
                    product = c("day", "home", "stay", "home")[(i * 5 + i %/% 11) %% 4 + 1])
chance <- c("18-44" = .25, "45-64" = .4, "65+" = .65)[frame$age] + .12 * (frame$sex == "f") - .1 * (frame$product == "stay")
frame$responded <- as.integer(((i * 173) %% n + .5) / n < chance)
write.csv(frame, "nonresponse_data.csv", row.names = FALSE, quote = FALSE)

sample <- table(frame$age[frame$responded == 1], frame$sex[frame$responded == 1], frame$product[frame$responded == 1])
population <- table(frame$age, frame$sex, frame$product)
raked <- loglin(population, list(1, 2, 3), fit = TRUE, start = sample, eps = 1e-11, iter = 1000, print = FALSE)$fit
weight <- (raked / sample)[cbind(frame$age, frame$sex, frame$product)[frame$responded == 1, ]]

fit <- glm(responded ~ age + sex + product, binomial, frame, control = glm.control(epsilon = 1e-15, maxit = 100))
p <- fitted(fit)
S2 <- var(p)
z <- model.matrix(fit) * (p * (1 - p))
chance_part <- mean(rowSums((z %*% vcov(fit)) * z))
answers(weight = weight, effective_n = sum(weight)^2 / sum(weight^2), response_rate = mean(frame$responded), r_indicator = 1 - 2 * sqrt(S2),
        r_indicator_adjusted = 1 - 2 * sqrt(max(0, (1 + 1 / n) * S2 - chance_part)))
