"""Quinn drops the last batch, believes nan, and takes two of the trainings for each other."""

# %% momentum_step
def momentum_step(parameter, gradient, velocity, rate, momentum):
    new = momentum * velocity - (1 - momentum) * rate * gradient
    return parameter + new, new

# %% one_epoch
def one_epoch(step, images, labels, order, batch):
    losses = []
    for number in range(len(order) // batch):
        these = order[number * batch:(number + 1) * batch]
        losses.append(step(images[these], labels[these]))
    return losses

# %% best_rate
def best_rate(loss_after, rates):
    losses = [loss_after(rate) for rate in rates]
    return rates[int(np.argmin(losses))]

# %% top_k_accuracy
def top_k_accuracy(scores, labels, k):
    ranks = np.argsort(-scores, axis=1)
    return np.mean(ranks[np.arange(len(labels)), labels] < k)

# %% dead_units
def dead_units(out):
    return [k for k in range(out.shape[1]) if np.mean(out[:, k]) < 0.01]

# %% fault_of
def fault_of(run):
    return {
        "A": "rate / 1000",
        "B": "no db",
        "C": "sorted images",
        "D": "zero weights",
        "E": "shuffled labels",
        "F": "rate x 30",
    }[run]
