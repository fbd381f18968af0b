# %% [markdown]
# # Sums
#
# Add without `sum`.

# %%
import math


# %% nbgrader={"grade": false, "grade_id": "add", "locked": false, "schema_version": 3, "solution": true, "task": false}
def add(a, b):
    """Return a + b."""
    ### BEGIN SOLUTION
    total_of_both = a + b
    return total_of_both
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "add_test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert add(1, 2) == 3

# %%
add(20, 22)


# %% nbgrader={"grade": false, "grade_id": "total", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total(values):
    """Return the sum of a list; 0 for an empty one."""
    ### BEGIN SOLUTION
    result = 0
    for value in values:
        result += value
    return result
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "total_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
assert total([1, 2, 3]) == 6

# %% nbgrader={"grade": true, "grade_id": "total_empty_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
assert total([]) == 0
### BEGIN HIDDEN TESTS
assert math.isclose(total([0.5, 0.25]), 0.75)
### END HIDDEN TESTS
