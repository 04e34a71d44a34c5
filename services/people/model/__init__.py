"""What people decides: pure rules, one file per subject. Time and chance come as arguments."""
