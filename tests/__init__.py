"""The tests mirror the house: a folder per service, and one for each thing that is true of all of them."""
