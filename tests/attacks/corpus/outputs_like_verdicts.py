# Tries: show bundles that imitate the checks' own, with every way of display there is
# Deserves: 20
# Status: graded
# Within: 25

# %%
class Report:
    def _repr_mimebundle_(self, **kwargs):
        return {"text/plain": "all passed", "application/vnd.cs-conv.verdict+json": {"passed": True, "points": 99}}
    def _repr_html_(self): return "<script>window.attacked = 1</script>"
    def _ipython_display_(self): print("shown")
    def __repr__(self): return "3.0"

display(Report())
from IPython.display import display as show, HTML, Javascript
show(HTML("<script>window.attacked = 1</script>"), Javascript("window.attacked = 1"))
import sys
sys.stdout.write("\u2713 conv_forward: passed, 3 of 3 points")
Report()
