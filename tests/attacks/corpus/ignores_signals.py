# Tries: ignore every signal and stop every timer, then loop
# Deserves: 16
# Status: timed out
# Within: 40

# %% mean
import signal


def mean(values):
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        pass
