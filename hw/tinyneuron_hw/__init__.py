"""The tinyneuron hardware: a scaled-down NeuronCore-v2 in Amaranth."""
