# Tries: write 200 MB, in one file and in many
# Deserves: 20
# Status: graded
# Within: 25

# %%
for place in ("here", "/tmp/there", "/dev/shm/there"):
    for number in range(40):
        try:
            with open(f"{place}{number}", "wb") as file:
                file.write(bytes(5 << 20))
        except OSError:
            break
