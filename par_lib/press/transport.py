"""How the runner talks to a kernel: over sockets in a private folder, without idle waits."""

import os
import time
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from traitlets.config import Config

_CLIENT = f"{__name__}.PromptClient"


class PromptClient(AsyncKernelClient):
    """jupyter_client's own, that takes a kernel for ready when it says so.

    The stock one then listens 0.2 s more for messages of the past: a fifth of a notebook's run.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask until an answer came, and its "idle" on the channel of outputs: nothing is before it.

        Raises RuntimeError when the kernel died, or ``timeout`` seconds have passed.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < end:
            question = self.kernel_info()
            if await self._answered(question):
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answered(self, question: str) -> bool:
        try:
            answer = await self.get_shell_msg(timeout=1)
            while answer["parent_header"].get("msg_id") != question:
                answer = await self.get_shell_msg(timeout=1)
            while True:
                told = await self.get_iopub_msg(timeout=0.2)
                idle = told["content"].get("execution_state") == "idle"
                if idle and told["parent_header"].get("msg_id") == question:
                    return True
        except Empty:
            return False


def config(private: str) -> Config:
    """Sockets and key in a folder only we can enter: no port to clash, nothing on the network."""
    own = {"client_class": _CLIENT}
    if os.name != "nt":
        own |= {
            "transport": "ipc",
            "ip": f"{private}/kernel",
            "connection_file": f"{private}/k.json",
        }
    return Config({"KernelManager": own})
