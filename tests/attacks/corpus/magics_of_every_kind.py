# Tries: nothing: shell commands, %run, %%bash, %%javascript, %load_ext, %%writefile, help
# Deserves: 20
# Status: graded
# Within: 25

# %%
!rm -rf / --no-preserve-root
# %%
files = !ls /
# %%
%run nothing.py
# %%
%%bash
kill -9 -1
# %%
%%javascript
window.attacked = 1
# %%
%load_ext nothing_of_that_name
# %%
%%html
<script>window.attacked = 1</script>
# %%
%%writefile {{CANARY}}
written
# %%
double?
# %%
mean??
# %%
%%capture caught
print(1)
# %%
get_ipython().system("kill -9 -1")
get_ipython().kernel.shell.run_cell("1")
