"""Tests must neither fail nor crawl because the machine is busy."""

import torch
from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
torch.set_num_threads(1)  # small tensors: threads that wait for each other cost more than they bring
