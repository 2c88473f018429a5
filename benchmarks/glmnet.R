# Fits and times glmnet inside R, so that nothing but the fits counts.
#
# Arguments: a folder with X.bin, y.bin, alphas.bin (doubles, X in column order), the number of
# samples, the number of turns, and "path" or "cv". Writes times.txt, a threshold and seconds a
# line, and for a path coefs_<k>.bin for each threshold: intercepts, then coefficients by alpha.
suppressPackageStartupMessages(library(glmnet))
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
n <- as.integer(arguments[2])
turns <- as.integer(arguments[3])
limit <- as.numeric(arguments[5])
read <- function(name) {
  path <- file.path(folder, name)
  readBin(path, "double", file.size(path) / 8)
}
y <- read("y.bin")
alphas <- read("alphas.bin")
X <- matrix(read("X.bin"), nrow = n)
least <- function(run) {
  best <- Inf
  for (turn in seq_len(turns)) {
    # The clock has milliseconds: short runs are repeated.
    start <- proc.time()[["elapsed"]]
    count <- 0
    while (count == 0 || proc.time()[["elapsed"]] - start < 0.1) {
      found <- run()
      count <- count + 1
    }
    best <- min(best, (proc.time()[["elapsed"]] - start) / count)
    if (best > limit) break
  }
  list(seconds = best, found = found)
}
times <- file.path(folder, "times.txt")
if (arguments[4] == "cv") {
  run <- function() {
    cv.glmnet(X, y, lambda = alphas, nfolds = 5, standardize = FALSE)
  }
  cat("1e-7", least(run)$seconds, "\n", file = times)
} else {
  thresholds <- c("1e-7", "1e-9", "1e-10", "1e-11", "1e-13", "1e-15", "1e-17")
  for (k in seq_along(thresholds)) {
    run <- function() {
      glmnet(X, y, lambda = alphas, standardize = FALSE, thresh = as.numeric(thresholds[k]),
             maxit = 1e7)
    }
    done <- least(run)
    coefs <- as.matrix(rbind(done$found$a0, done$found$beta))
    writeBin(as.double(coefs), file.path(folder, paste0("coefs_", k, ".bin")))
    # Line by line: R may be stopped at any time.
    cat(thresholds[k], done$seconds, ncol(coefs), "\n", file = times, append = TRUE)
    if (done$seconds > limit) break
  }
}
