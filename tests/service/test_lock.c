/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks on folders, which may vanish meanwhile. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/sys/lock.h"

static char folder[] = P_tmpdir "/geoxdp-lock-XXXXXX";

static void test_lock_is_held_by_one(void **state)
{
	struct gx_failure failure;
	int lock = gx_lock_folder(folder, 0, &failure);

	assert_true(lock >= 0);
	assert_int_equal(gx_lock_folder(folder, 0, &failure), -EWOULDBLOCK);
	assert_non_null(strstr(failure.text, "another geoxdp command is at work"));
	assert_int_equal(gx_lock_folder(folder, 20, &failure), -EWOULDBLOCK);
	close(lock);
	lock = gx_lock_folder(folder, 0, &failure);
	assert_true(lock >= 0);
	close(lock);
}

static void test_lock_of_a_folder_that_is_not_there(void **state)
{
	struct gx_failure failure;

	assert_int_equal(gx_lock_folder(P_tmpdir "/geoxdp-no-such-folder", 1000, &failure), -ENOENT);
}

/* Who holds the lock puts another folder in its place, and then lets go. */
static void *replace_folder(void *argument)
{
	usleep(20000);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	close((int)(intptr_t)argument);
	return NULL;
}

static void test_lock_of_a_folder_that_is_replaced_meanwhile(void **state)
{
	struct gx_failure failure;
	struct stat locked, named;
	int lock = gx_lock_folder(folder, 0, &failure);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, replace_folder, (void *)(intptr_t)lock), 0);
	lock = gx_lock_folder(folder, 5000, &failure);
	pthread_join(thread, NULL);
	assert_true(lock >= 0);
	assert_int_equal(fstat(lock, &locked), 0);
	assert_int_equal(stat(folder, &named), 0);
	assert_int_equal(locked.st_ino, named.st_ino);
	close(lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_is_held_by_one),
		cmocka_unit_test(test_lock_of_a_folder_that_is_not_there),
		cmocka_unit_test(test_lock_of_a_folder_that_is_replaced_meanwhile),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
