"""Ana takes the places apart with divmod, one axis after the other. All right."""

# %% trip_times
def trip_times(bytes_in, bytes_out, work, bus, calls):
    one_trip = (bytes_in + bytes_out) / bus
    return calls * (one_trip + work), one_trip + calls * work

# %% thread_place
def thread_place(t, K, OH, OW):
    rest, j = divmod(t, OW)
    rest, i = divmod(rest, OH)
    n, k = divmod(rest, K)
    return n, k, i, j
