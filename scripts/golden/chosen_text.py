"""Golden values of the losses of src/losses/superHf.ts and of noisyBradleyTerryLoss, by PyTorch's autograd.

Run: python3 scripts/golden/chosen_text.py   (writes src/losses/golden/chosenText.json)
"""
import torch
import torch.nn.functional as F

from common import MADE_BY, case, leaf, uniform, write

PAIRS, ROWS, COLUMNS = 6, 3, 5

# Hard labels, as the papers state the losses: -log sigma(r_w - r_l - m), and labels turned round with probability s.
first, second = leaf([PAIRS], 31, 6), leaf([PAIRS], 32, 6)
first_wins = (uniform(PAIRS, 33) > 0).double()
margin = uniform(PAIRS, 34) + 0.5
smoothing = 0.15
side = 2 * first_wins - 1
lead = side * (first - second)
noisy = case(
    {"first": first, "second": second}, {"pFirst": first_wins, "margin": margin},
    -((1 - smoothing) * F.logsigmoid(lead - margin) + smoothing * F.logsigmoid(-lead - margin)).mean(),
)
noisy["labelSmoothing"] = smoothing

lengths = torch.tensor([4, 2, 5])
mask = (torch.arange(COLUMNS)[None, :] < lengths[:, None]).double()
logp = leaf([ROWS, COLUMNS], 35, 4, -2.2)
reference = uniform(ROWS * COLUMNS, 36).reshape(ROWS, COLUMNS) * 4 - 2.2
kl_coef = 0.35
p, q = logp.exp()[mask.bool()], reference.exp()[mask.bool()]
super_hf = case(
    {"logp": logp}, {"referenceLogp": reference, "mask": mask},
    (-p.log() + kl_coef * (q / p - (q / p).log() - 1)).mean(),
)
super_hf["klCoef"] = kl_coef

write("src/losses/golden/chosenText.json", {
    "madeBy": f"{MADE_BY}, by scripts/golden/chosen_text.py",
    "noisyBradleyTerry": noisy,
    "superHf": super_hf,
})
