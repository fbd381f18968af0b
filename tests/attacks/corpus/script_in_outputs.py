# Tries: show script, SVG and HTML to whoever opens the feedback
# Deserves: 20
# Status: graded
# Within: 25

# %%
from IPython.display import HTML, SVG, Javascript, Markdown, display

script = "<script>window.attacked = 1</script><img src=x onerror=attacked()>"
display(HTML(script), SVG(f"<svg xmlns='http://www.w3.org/2000/svg'>{script}</svg>"), Javascript("attacked()"))
display(Markdown(script + "[x](javascript:attacked())"))
print(script, "\x1b]8;;javascript:attacked()\x07link\x1b]8;;\x07", "\x00\x9b31m")


class Shown:
    def _repr_html_(self):
        return script

    def __repr__(self):
        return script


display(Shown())
Shown()

# %%
raise ValueError(script)

# %% mean
def mean(values):
    print(script)
    return sum(values) / len(values)
