"""Ana writes short loops. All right."""

# %% momentum_step
def momentum_step(parameter, gradient, velocity, rate, momentum):
    v = velocity * momentum
    v = v - gradient * rate
    return parameter + v, v

# %% one_epoch
def one_epoch(step, images, labels, order, batch):
    losses = []
    i = 0
    while i < len(order):
        these = order[i:i + batch]
        losses.append(step(images[these], labels[these]))
        i += batch
    return losses

# %% best_rate
def best_rate(loss_after, rates):
    best, smallest = None, np.inf
    for rate in rates:
        loss = loss_after(rate)
        if loss < smallest:
            best, smallest = rate, loss
    if best is None:
        raise ValueError("all rates are too large")
    return best

# %% top_k_accuracy
def top_k_accuracy(scores, labels, k):
    right = 0
    for row, label in zip(scores, labels):
        if np.sum(row > row[label]) < k:
            right += 1
    return right / len(labels)

# %% dead_units
def dead_units(out):
    return [k for k in range(out.shape[1]) if np.max(out[:, k]) == 0]

# %% fault_of
def fault_of(run):
    faults = {"A": "zero weights", "B": "no db", "C": "sorted images"}
    faults.update({"D": "rate / 1000", "E": "shuffled labels", "F": "rate x 30"})
    return faults[run]
