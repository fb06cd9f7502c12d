"""Starts the tester of the checkout, whose certificate authorities are the usual ones and that of this run."""

import os
import pathlib
import runpy
import shutil
import sys
import tempfile

from sslyze.plugins.certificate_info.trust_stores.trust_store_repository import TrustStoresRepository

stores = pathlib.Path(tempfile.mkdtemp(prefix="bowline-trust-")) / "pem_files"
shutil.copytree(TrustStoresRepository._DEFAULT_TRUST_STORES_PATH, stores)
with (stores / "mozilla_nss.pem").open("ab") as store:
    store.write(b"\n" + pathlib.Path(os.environ["AUTHORITY"]).read_bytes())
TrustStoresRepository._DEFAULT_TRUST_STORES_PATH = stores
try:
    sys.path.insert(0, os.environ["TESTER"])
    sys.argv[0] = "main.py"
    runpy.run_path(os.path.join(os.environ["TESTER"], "main.py"), run_name="__main__")
finally:
    shutil.rmtree(stores.parent, ignore_errors=True)
