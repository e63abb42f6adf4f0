# What the chat readers share; the readers themselves are in formats.def.
set(chat_helpers chat.c chat_count.c chat_value.c chat_spell.c chat_file.c chat_index.c chat_loose.c chat_zip.c chat_csv.c chat_discord_csv.c chat_discord_date.c chat_discord_txt.c
  chat_discord_files.c chat_discord_package.c chat_json.c chat_json_rest.c chat_slack_lists.c chat_imessage_line.c chat_imessage_txt.c chat_imessage_html.c chat_signal_form.c chat_signal_media.c chat_signal_people.c chat_telegram_members.c
  chat_html.c chat_meta_message.c chat_telegram_page.c chat_store.c chat_store_beside.c chat_store_left.c chat_parts.c bplist.c chat_english.c chat_sms_feed.c chat_sms_element.c chat_sms_mms.c chat_sms_known.c json_pull.c json_tree.c wa_head.c wa_markers.c wa_order.c
  wa_entry.c wa_survey.c)
