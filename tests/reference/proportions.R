# Proportions and rates: Wilson intervals, funnel limits, mid-p, over-dispersion. Base R only.
source("write.R")
k <- c(0, 1, 3, 7, 12, 40, 5, 198)
n <- c(4, 9, 5, 7, 30, 50, 61, 200)
wilson <- t(mapply(function(k, n) suppressWarnings(prop.test(k, n, correct = FALSE))$conf.int, k, n))
wilson80 <- t(mapply(function(k, n) suppressWarnings(prop.test(k, n, correct = FALSE, conf.level = .80))$conf.int, k, n))

target <- .78
interpolated <- function(q, n) { r <- qbinom(q, n, target); (r - (pbinom(r, n, target) - q) / dbinom(r, n, target)) / n }
funnel <- sapply(c(.025, .975, .001, .999), function(q) pmin(pmax(interpolated(q, n), 0), 1))

E <- c(.4, 1.5, 3, 8.2, 25, 140)
poisson <- function(q) { r <- qpois(q, E); (r - (ppois(r, E) - q) / dpois(r, E)) / E }
rates <- sapply(c(.025, .975, .001, .999), function(q) pmax(poisson(q), 0))

half <- dbinom(k, n, target) / 2
mid_p <- pmin(1, 2 * pmin(pbinom(k, n, target) - half, 1 - pbinom(k, n, target) + half))

z <- c(-4.2, -1.8, -1.1, -.7, -.4, -.1, .2, .3, .9, 1.3, 2.6, 5.1)
s <- c(2, 3, 1.5, 2.2, 4, 3.1, 2.7, 1.9, 2.4, 3.3, 2.8, 1.7)
winsorised <- function(q) { l <- quantile(z, c(q, 1 - q), type = 7, names = FALSE); pmin(pmax(z, l[1]), l[2]) }
expected <- function(q) integrate(function(x) pmin(pmax(x, qnorm(q)), qnorm(1 - q))^2 * dnorm(x), -12, 12, rel.tol = 1e-12,
                                  subdivisions = 5000L)$value   # E of a winsorised squared z, by quadrature
tau2 <- function(phi) { w <- 1 / s^2; max(0, (length(z) * phi - (length(z) - 1)) / (sum(w) - sum(w^2) / sum(w))) }
phi <- c(mean(z^2), mean(winsorised(.1)^2), mean(winsorised(.1)^2) / expected(.1), mean(winsorised(.2)^2) / expected(.2))

answers(wilson_low = wilson[, 1], wilson_high = wilson[, 2], wilson80_low = wilson80[, 1], wilson80_high = wilson80[, 2],
        inner_low = funnel[, 1], inner_high = funnel[, 2], outer_low = funnel[, 3], outer_high = funnel[, 4],
        rate_inner_low = rates[, 1], rate_inner_high = rates[, 2], rate_outer_low = rates[, 3], rate_outer_high = rates[, 4],
        mid_p = mid_p, phi = phi, tau2 = sapply(phi, tau2))
