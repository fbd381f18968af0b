# Tries: nothing: the notebook is full of IPython's magics
# Deserves: 20
# Status: graded
# Within: 25

# %%
%matplotlib inline
%load_ext autoreload
!ls
files = !pwd

# %%
%%bash
echo hello

# %%
%%time
measured = 1

# %%
mean?
