"""Ana reads the report and lets the inner loop begin at 1. All right."""

# %% left_edges
def left_edges(x):
    H, W = x.shape
    out = np.zeros((H, W))
    for i in range(H):
        for j in range(1, W):
            out[i, j] = x[i, j] - x[i, j - 1]
    return out
