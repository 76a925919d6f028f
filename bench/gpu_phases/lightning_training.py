"""The same kind of network with PyTorch Lightning and its bar; nothing here knows of marks."""
import warnings

import torch

try:
    import lightning.pytorch as lightning
    from lightning.pytorch.callbacks import TQDMProgressBar
except ImportError:
    import pytorch_lightning as lightning
    from pytorch_lightning.callbacks import TQDMProgressBar

warnings.filterwarnings("ignore")


class Net(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Conv2d(3, 256, 3), torch.nn.ReLU(), torch.nn.Conv2d(256, 256, 3), torch.nn.ReLU(),
                                          torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(256, 10))

    def training_step(self, batch, _):
        images, labels = batch
        return torch.nn.functional.cross_entropy(self.layers(images), labels)

    def validation_step(self, batch, number):
        self.training_step(batch, number)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.01)


def loader(images):
    data = torch.utils.data.TensorDataset(torch.randn(images, 3, 64, 64), torch.randint(0, 10, (images,)))
    return torch.utils.data.DataLoader(data, batch_size=256)


lightning.Trainer(max_epochs=3, accelerator="gpu", devices=1, logger=False, enable_checkpointing=False, enable_model_summary=False,
                  callbacks=[TQDMProgressBar()]).fit(Net(), loader(8192), loader(2048))
