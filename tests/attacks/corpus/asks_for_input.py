# Tries: nothing: asks for input, opens a debugger and a pager
# Deserves: 20
# Status: graded
# Within: 25

# %%
name = input("Your name? ")
# %%
import getpass
getpass.getpass()
# %%
help(print)
# %%
breakpoint()
# %%
import sys
sys.stdin.readline()
