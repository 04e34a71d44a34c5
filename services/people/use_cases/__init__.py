"""What people does: one async function per command, in the transaction its door opened. None of them commits."""
