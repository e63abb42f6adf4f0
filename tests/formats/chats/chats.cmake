# Counts made by hand, held against what each chat reader says (check_counts.py); samples are
# written by make.py. Included by tests/formats/CMakeLists.txt.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  file(GLOB chat_folders LIST_DIRECTORIES true RELATIVE ${CMAKE_CURRENT_LIST_DIR}/.. ${CMAKE_CURRENT_LIST_DIR}/../chat-*)
  foreach(folder IN LISTS chat_folders)
    add_test(NAME counts_${folder} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/check_counts.py
      $<TARGET_FILE:run_format> ${CMAKE_CURRENT_LIST_DIR}/../${folder})
    set_tests_properties(counts_${folder} PROPERTIES LABELS core TIMEOUT 300)
  endforeach()
  add_test(NAME chat_members COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/check_members.py
    $<TARGET_FILE:run_format> ${PROJECT_SOURCE_DIR}/formats)
  set_tests_properties(chat_members PROPERTIES LABELS core TIMEOUT 300)
endif()
add_executable(bench_chats ${PROJECT_SOURCE_DIR}/tests/bench/bench_chats.c ${PROJECT_SOURCE_DIR}/formats/formats.c)
target_link_libraries(bench_chats PRIVATE evd_formats)
# The same reader without the records: parse against parse (bench_chats.sh).
set(formats ${PROJECT_SOURCE_DIR}/formats)
add_executable(bench_parse ${PROJECT_SOURCE_DIR}/tests/bench/bench_parse.c ${formats}/chat_whatsapp.c ${formats}/wa_head.c
  ${formats}/wa_markers.c ${formats}/wa_order.c ${formats}/wa_entry.c ${formats}/wa_survey.c ${formats}/chat_file.c
  ${formats}/chat_index.c ${formats}/chat_loose.c ${formats}/chat_zip.c ${formats}/chat_value.c ${formats}/chat_spell.c ${formats}/source.c)
target_include_directories(bench_parse PRIVATE ${formats})
target_link_libraries(bench_parse PRIVATE evd_flags evd_base evd_build PkgConfig::ARCHIVE)
add_executable(test_wa_head ${CMAKE_CURRENT_LIST_DIR}/../test_wa_head.c ${PROJECT_SOURCE_DIR}/formats/wa_head.c
  ${PROJECT_SOURCE_DIR}/formats/chat_value.c)
target_include_directories(test_wa_head PRIVATE ${PROJECT_SOURCE_DIR}/formats)
target_link_libraries(test_wa_head PRIVATE evd_flags evd_base evd_build)
add_test(NAME reader_wa_head COMMAND test_wa_head)
set_tests_properties(reader_wa_head PROPERTIES LABELS core)
add_executable(test_chat_work ${CMAKE_CURRENT_LIST_DIR}/../test_chat_work.c)
target_link_libraries(test_chat_work PRIVATE evd_formats PkgConfig::ARCHIVE)
add_test(NAME reader_chat_work COMMAND test_chat_work)
set_tests_properties(reader_chat_work PROPERTIES LABELS core TIMEOUT 120)
