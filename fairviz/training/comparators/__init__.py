"""Methods of scikit-learn and fairlearn as runs like any other; imported where one is trained, not before."""
