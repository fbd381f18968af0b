# Tries: return objects that run code when they are unpickled
# Deserves: 16
# Status: graded
# Within: 25

# %% mean
class Reduce:
    def __reduce__(self):
        return eval, ("open('{{CANARY}}', 'w').write('unpickled')",)


def mean(values):
    return Reduce()
