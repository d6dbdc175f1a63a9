"""Device memory: the controller and its port. Read `controller.py`."""
