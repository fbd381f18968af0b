# Tries: nothing: asynchronous cells, a right answer computed in a loop
# Deserves: 20
# Status: graded
# Within: 25

# %%
import asyncio
async def wait():
    await asyncio.sleep(0.01)
    return 3
three = await wait()
# %% mean
import asyncio

async def slow(values):
    await asyncio.sleep(0)
    return sum(values)

def mean(values):
    return asyncio.run(slow(values)) / len(values)
