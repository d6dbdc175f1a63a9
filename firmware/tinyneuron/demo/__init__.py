"""The main job on real input: handwritten digits and a photograph."""
