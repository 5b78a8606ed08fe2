# Reliability of persons and of providers: alpha with Feldt's interval, omega by factanal, one-way ANOVA and REML. Base R only.
source("write.R")
n <- 160
i <- seq_len(n)
level <- qnorm(((i * 61) %% n + .5) / n)                      # fixed, spread as a normal
own <- function(k) qnorm(((i * k) %% n + .5) / n)
X <- sapply(1:5, function(j) pmin(pmax(round(3.6 + c(.8, .7, .9, .5, .6)[j] * level + c(.6, .8, .7, 1, .9)[j] * own(c(7, 11, 23, 37, 53)[j])), 1), 5))
colnames(X) <- letters[1:5]
provider <- paste0("p", (i * 7 + (i %/% 9)) %% 11)
write.csv(data.frame(provider, X), "reliability_data.csv", row.names = FALSE, quote = FALSE)

alpha <- function(X) { k <- ncol(X); k / (k - 1) * (1 - sum(apply(X, 2, var)) / var(rowSums(X))) }
a <- alpha(X)
feldt <- 1 - (1 - a) * qf(c(.975, .025), n - 1, (n - 1) * 4)
f <- factanal(X, 1, control = list(opt = list(factr = 1, pgtol = 0, maxit = 10000), nstart = 1))
loading <- f$loadings[, 1] * apply(X, 2, sd)
error <- f$uniquenesses * apply(X, 2, var)
rest <- sapply(1:5, function(j) cor(X[, j], rowSums(X[, -j])))
dropped <- sapply(1:5, function(j) alpha(X[, -j]))

# make providers differ, then compare
y <- rowMeans(X) * 20 + c(-6, 0, 3, 7, -2, 1, 9, -8, 4, -1, 2)[match(provider, paste0("p", 0:10))]
g <- factor(provider)
ni <- as.vector(table(g))
ms <- summary(aov(y ~ g))[[1]][["Mean Sq"]]
n0 <- (n - sum(ni^2) / n) / (nlevels(g) - 1)
icc_anova <- (ms[1] - ms[2]) / (ms[1] + (n0 - 1) * ms[2])

Z <- model.matrix(~ g - 1)
deviance <- function(par) {                                    # -2 REML log-likelihood with full matrices
  V <- exp(par[1]) * Z %*% t(Z) + exp(par[2]) * diag(n)
  W <- solve(V); s <- sum(W); mu <- sum(W %*% y) / s
  as.numeric(determinant(V)$modulus) + log(s) + as.numeric(t(y - mu) %*% W %*% (y - mu))
}
found <- optim(log(c(ms[1] / n0, ms[2])), deviance, method = "BFGS", control = list(reltol = 1e-15, maxit = 500))
found <- optim(found$par, deviance, method = "Nelder-Mead", control = list(reltol = 1e-16, maxit = 2000))
v <- exp(found$par)
icc <- v[1] / sum(v)
r <- ni * icc / (1 + (ni - 1) * icc)

answers(alpha = a, feldt = feldt, omega = sum(loading)^2 / (sum(loading)^2 + sum(error)), item_rest = rest,
        alpha_if_dropped = dropped, score = y, icc_anova = icc_anova, tau2 = v[1], sigma2 = v[2], icc = icc, reliability = r,
        n_for = c(.7 / .3 * (1 - icc) / icc, .8 / .2 * (1 - icc) / icc))
