# Tries: call a test's function from a thread, after the call and all the time
# Deserves: 20
# Status: graded
# Within: 30

# %% apply_all
import threading
import time

def apply_all(function, values):
    def again():
        for _ in range(200):
            try:
                function(1)
            except BaseException:
                pass
            time.sleep(0.001)
    result = [function(value) for value in values]
    return result
