"""Which MLflow model registry a registered model name means."""


def registry_uri_for(registered_model_name: str, tracking_uri: str = "databricks") -> str:
    """The MLflow registry URI that a registered model name means.

    Three parts (`catalog.schema.model`) mean Unity Catalog on Databricks; any other tracking server keeps its
    own registry. It is always set explicitly: MLflow 3 would default to `databricks-uc` for every name.
    """
    scheme, separator, profile = tracking_uri.partition("://")
    if scheme != "databricks" or registered_model_name.count(".") != 2:
        return tracking_uri
    return f"databricks-uc{separator}{profile}"
