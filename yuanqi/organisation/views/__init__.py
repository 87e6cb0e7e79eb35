"""The zone's directory for everybody; departments, officers and duty for who keeps them."""
