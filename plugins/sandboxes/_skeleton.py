def subordinate(a, b): return 0
def trees(root, hide, ids): return []
