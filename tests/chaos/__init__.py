"""The services under kills, outages and floods; `soak` runs the same for as long as one likes."""
