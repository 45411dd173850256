"""Makes styles.lyp with KLayout's own writer: a group, a hidden layer, a name with entities, a wildcard."""
import os

import klayout.lay as lay

view = lay.LayoutView(False)


def properties(source, name, fill, frame, visible=True):
    node = lay.LayerPropertiesNode()
    node.source, node.name, node.visible = source, name, visible
    if fill is not None: node.fill_color = fill
    if frame is not None: node.frame_color = frame
    return node


view.insert_layer(view.end_layers(), properties("1/0@1", "Ridge <Si> & more", 0xFF80A8, 0xC00000))
group = properties("*/*@*", "Metals", None, None)
for node in (properties("10/0@1", "p metal", 0x102030, 0x00FF00), properties("11/5@1", "", 0x0A0B0C, None, False)): group.add_child(node)
view.insert_layer(view.end_layers(), group)
view.insert_layer(view.end_layers(), properties("OPEN 20/3@1", "opening", None, None))
view.save_layer_props(os.path.join(os.path.dirname(os.path.abspath(__file__)), "styles.lyp"))
