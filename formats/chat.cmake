# What the chat readers share; the readers themselves are in formats.def.
set(chat_helpers chat.c chat_count.c chat_value.c chat_file.c chat_index.c chat_zip.c wa_head.c wa_markers.c)
