"""What leaves the editor as files."""

from app.export.contact_sheet import export_comparison, export_contact_sheet
from app.export.openraster import export_openraster
from app.export.pictures import (
    export_confidence,
    export_heat_map,
    export_labels,
    export_result,
    export_warp,
    export_whole_photo,
)
from app.export.recipe import read_recipe, recipe_of

__all__ = [
    "export_comparison",
    "export_confidence",
    "export_contact_sheet",
    "export_heat_map",
    "export_labels",
    "export_openraster",
    "export_result",
    "export_warp",
    "export_whole_photo",
    "read_recipe",
    "recipe_of",
]
