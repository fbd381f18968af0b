# Tries: trace, profile and watch whatever runs
# Deserves: 20
# Status: graded
# Within: 40

# %%
import gc
import sys
import threading
sys.settrace(lambda *a: (_ for _ in ()).throw(SystemExit) if a[1] == "nothing" else None)
sys.setprofile(lambda *a: None)
threading.settrace(lambda *a: None)
gc.callbacks.append(lambda phase, info: 1 / 0)
gc.set_threshold(1, 1, 1)
sys.addaudithook(lambda event, args: None)
sys.setswitchinterval(1e-6)
sys.set_int_max_str_digits(0)
sys.unraisablehook = sys.excepthook = lambda *a: None
import faulthandler
try:
    faulthandler.enable(file=open("/tmp/fault", "w"))
    faulthandler.dump_traceback_later(1, repeat=True, exit=False, file=open("/tmp/fault", "w"))
except Exception:
    pass
