"""The code that job runs execute, and how it comes to them."""

from rookery.workspace.job_code.code import JobCode, installed_job_code
from rookery.workspace.job_code.package import user_archive
from rookery.workspace.job_code.upload import UploadedCode, upload

__all__ = ["JobCode", "UploadedCode", "installed_job_code", "upload", "user_archive"]
