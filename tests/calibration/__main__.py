"""Run the calibration: ``python -m workbench calibrate``."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # one core per process, before numpy is there

from calibration.command import main  # noqa: E402

if __name__ == "__main__":
    main()
