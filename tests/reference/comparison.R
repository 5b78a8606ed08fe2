# Case-mix adjustment by lm with provider effects, the contrast with the mean of all, and shrinkage by integrate. Base R only.
source("write.R")
sizes <- c(6, 14, 9, 22, 11, 17, 8)
provider <- rep(paste0("p", seq_along(sizes)), sizes)
n <- length(provider)
i <- seq_len(n)
health <- (i * 7) %% 5 + 1 + (provider == "p3")
age <- 30 + (i * 37) %% 50
y <- 52 + 5 * health - .12 * age + c(0, 6, -3, 2, -14, 1, 4)[match(provider, paste0("p", 1:7))] + 15 * qnorm(((i * 29) %% n + .5) / n)
write.csv(data.frame(provider, health, age, score = sprintf("%.17g", y)), "comparison_data.csv", row.names = FALSE, quote = FALSE)

fit <- lm(y ~ factor(provider) + health + age)
X <- cbind(health, age)
m <- tapply(y, provider, mean)
effect <- as.vector((rowsum(X, provider) / as.vector(table(provider))) %*% coef(fit)[c("health", "age")])
a <- as.vector(m) - effect + mean(effect)
ni <- as.vector(table(provider))
SS <- as.vector(tapply(residuals(fit)^2, provider, sum))
P <- length(ni); k <- 2; A <- 15
own <- SS / (ni - 1)
v <- list(macro = SS / ni^2, manual = own / ni, pooled = sum(SS) / (n - P - k) / ni,
          smoothed = (A * sum(SS) / sum(ni - 1) + (ni - 1) * own) / (A + ni - 1) / ni)
df <- list(macro = rep(n - P - k, P), manual = ni - 1, pooled = rep(n - P - k, P), smoothed = ni - 1 + A)
contrast <- function(name) {
  se <- sqrt(v[[name]] * (1 - 2 / P) + sum(v[[name]]) / P^2)
  delta <- a - mean(a)
  p <- 2 * pt(-abs(delta / se), df[[name]])
  cbind(v[[name]], df[[name]], delta, se, p, p.adjust(p, "BH"))
}

w <- v$smoothed                                                # shrinkage: normal-normal, flat priors, quadrature over tau
at <- function(t) { W <- 1 / (w + t^2); V <- 1 / sum(W); mu <- V * sum(W * a)
  list(l = .5 * log(V) + .5 * sum(log(W)) - .5 * sum(W * (a - mu)^2), V = V, mu = mu, lam = t^2 * W) }
top <- 10 * sqrt(var(a) + median(w))
I <- function(f) integrate(function(t) sapply(t, function(x) exp(at(x)$l + 30) * f(at(x), x)), 0, top, rel.tol = 1e-11, subdivisions = 5000L)$value
Z <- I(function(s, t) 1)
E <- function(f) I(f) / Z
level <- sapply(1:P, function(j) E(function(s, t) s$lam[j] * a[j] + (1 - s$lam[j]) * s$mu))
second <- sapply(1:P, function(j) E(function(s, t) (s$lam[j] * a[j] + (1 - s$lam[j]) * s$mu)^2 + s$lam[j] * w[j] + (1 - s$lam[j])^2 * s$V))
below <- sapply(1:P, function(j) E(function(s, t) pnorm(-s$lam[j] * (a[j] - s$mu) / sqrt(s$lam[j] * w[j] + s$lam[j]^2 * s$V + 1e-300))))

answers(slopes = coef(fit)[c("health", "age")], n = ni, mean = m, adjusted = a, macro = contrast("macro"),
        manual = contrast("manual"), pooled = contrast("pooled"), smoothed = contrast("smoothed"),
        shrunk = level, shrunk_std_error = sqrt(second - level^2), p_below = below,
        mu = E(function(s, t) s$mu), tau = E(function(s, t) t))
