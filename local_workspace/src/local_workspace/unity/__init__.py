"""Unity Catalog: catalogs, schemas, volumes, and who may do what. The door is `unity.UnityCatalog`."""
