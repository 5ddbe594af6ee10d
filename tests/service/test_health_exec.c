/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EXEC checks: exit status, time, what the program is given, and what becomes of the processes it starts. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "tests/service/health_scene.h"

/* One check of `sh -c SCRIPT`, in the folder, with time enough for a busy machine. */
static struct gx_check *sh(struct scene *scene, const char *script)
{
	struct gx_check *check;

	scene_set_up(scene);
	check = scene_exec(scene, scene_unit(scene, "eu"), (const char *const[]){ "/bin/sh", "-c", script, NULL });
	check->interval_ms = check->timeout_ms = 5000;
	return check;
}

static struct told told_by(const char *script)
{
	struct scene scene;
	struct told told;

	sh(&scene, script);
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_int_equal(scene_counts(&scene).undecided, 0);
	assert_in_range(scene.n_told, 0, 1);
	told = scene.told[0];
	scene_tear_down(&scene);
	return told;
}

static pid_t read_pid(const char *path)
{
	FILE *file = fopen(path, "r");
	int pid = 0;

	if (file) {
		if (fscanf(file, "%d\n", &pid) != 1)
			pid = 0;
		fclose(file);
	}
	return pid;
}

/* It is gone, or soon will be: it was killed, and init has to wait for it. */
static bool is_gone(pid_t pid)
{
	char path[64], state = 0;

	assert_true(pid > 1);
	for (int i = 0; i < 200; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		file = fopen(path, "r");
		if (!file)
			return true;
		if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		fclose(file);
		if (state == 'Z' || state == 'X')
			return true;
		usleep(10000);
	}
	return false;
}

static unsigned int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void test_exit_status_0_is_a_success_and_all_others_are_failures(void **state)
{
	struct told told;

	assert_int_equal(told_by("exit 0").flags, 0);
	told = told_by("exit 2");
	assert_int_equal(told.flags, GX_UNIT_DOWN);
	assert_string_equal(told.why, "c /bin/sh: exit status 2");
	told = told_by("kill -TERM $$");
	assert_int_equal(told.flags, GX_UNIT_DOWN);
	assert_string_equal(told.why, "c /bin/sh: ended by signal 15 (Terminated)");
}

static void test_the_program_gets_its_arguments_as_they_are(void **state)
{
	struct scene scene;

	scene_set_up(&scene);
	scene.units[scene_unit(&scene, "eu")].flags = GX_UNIT_DOWN;
	scene_exec(&scene, 1,
		   (const char *const[]){ "/bin/sh", "-c", "test \"$#\" = 3 -a \"$1\" = 'a b' -a -z \"$2\" -a \"$3\" = '*'",
					  "sh", "a b", "", "*", NULL });
	scene.checks[1].interval_ms = scene.checks[1].timeout_ms = 5000;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_told(&scene, 1, 0, "c /bin/sh: exit status 0");
	scene_tear_down(&scene);
}

static void test_the_program_inherits_no_files_and_no_signals(void **state)
{
	int fd = open("/dev/null", O_RDONLY);	/* without O_CLOEXEC, as a careless library would */
	char script[256];
	sigset_t set;

	assert_int_equal(dup2(fd, 77), 77);
	close(fd);
	assert_int_equal(told_by("test ! -e /proc/self/fd/77").flags, 0);
	close(77);
	for (int i = 0; i <= 2; i++) {
		snprintf(script, sizeof(script), "test \"$(readlink /proc/$$/fd/%d)\" = /dev/null", i);
		assert_int_equal(told_by(script).flags, 0);
	}
	/* SIGPIPE is ignored here, and SIGTERM blocked, as a service has it that reads signals from a descriptor. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	assert_string_equal(told_by("kill -PIPE $$").why, "c /bin/sh: ended by signal 13 (Broken pipe)");
	assert_string_equal(told_by("kill -TERM $$").why, "c /bin/sh: ended by signal 15 (Terminated)");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void test_at_the_timeout_the_whole_group_is_killed(void **state)
{
	struct folder *folder = *state;
	struct scene scene;
	char script[256];

	snprintf(script, sizeof(script), "sleep 60 & echo $! > %s/child; echo $$ > %s/leader; wait", folder->path,
		 folder->path);
	sh(&scene, script)->timeout_ms = 1000;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_told(&scene, 1, GX_UNIT_DOWN, "c /bin/sh: timed out after 1000 ms");
	scene_run_ms(&scene, 50);
	assert_true(is_gone(read_pid(folder_path(folder, "child"))));
	assert_true(is_gone(read_pid(folder_path(folder, "leader"))));
	scene_tear_down(&scene);
}

static void test_what_the_program_leaves_running_is_killed(void **state)
{
	struct folder *folder = *state;
	struct scene scene;
	char script[256];

	snprintf(script, sizeof(script), "sleep 60 & echo $! > %s/child", folder->path);
	sh(&scene, script);
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_nothing_told(&scene);
	assert_true(is_gone(read_pid(folder_path(folder, "child"))));
	scene_tear_down(&scene);
}

static void test_a_timeout_as_long_as_the_interval_loses_no_attempts_and_leaks_no_files(void **state)
{
	struct scene scene;
	unsigned int before;

	sh(&scene, "sleep 60")->timeout_ms = 200;
	scene.checks[1].interval_ms = 200;
	scene.checks[1].down = 3;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	before = open_files();
	scene_attempts(&scene, 4);
	assert_int_equal(scene_counts(&scene).failures, 5);
	assert_in_range(open_files(), before - 1, before + 1);
	scene_tear_down(&scene);
}

static void test_the_end_of_the_checker_and_of_a_check_kills_what_runs(void **state)
{
	struct folder *folder = *state;

	for (int whole = 0; whole < 2; whole++) {
		struct scene scene;
		char script[256], *path = folder_path(folder, whole ? "whole" : "one");

		snprintf(script, sizeof(script), "echo $$ > %s; exec sleep 60", path);
		sh(&scene, script);
		scene_set(&scene);
		for (int i = 0; i < 500 && !read_pid(path); i++)
			scene_run_ms(&scene, 10);
		if (!whole) {
			scene.n_checks = 1;
			scene_set(&scene);
			scene_run_ms(&scene, 50);
			assert_true(is_gone(read_pid(path)));
		}
		scene_tear_down(&scene);
		assert_true(is_gone(read_pid(path)));
		assert_int_equal(scene.n_told, 0);
	}
	/* No child is left unwaited for. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_a_program_that_cannot_be_started_says_nothing(void **state)
{
	struct scene scene;

	scene_set_up(&scene);
	scene_exec(&scene, scene_unit(&scene, "eu"), (const char *const[]){ "/nowhere/check", NULL });
	scene_set(&scene);
	scene_attempts(&scene, 3);
	assert_undecided(&scene, "c /nowhere/check: start: No such file or directory");
	scene.checks[1].n_arguments = 0;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_undecided(&scene, "c : start: Invalid argument");
	scene_tear_down(&scene);
}

static void test_a_program_that_the_kernel_kills_says_nothing(void **state)
{
	struct scene scene;

	sh(&scene, "kill -KILL $$");
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_undecided(&scene, "c /bin/sh: killed from outside (is memory out?)");
	scene_tear_down(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_status_0_is_a_success_and_all_others_are_failures),
		cmocka_unit_test(test_the_program_gets_its_arguments_as_they_are),
		cmocka_unit_test(test_the_program_inherits_no_files_and_no_signals),
		folder_test(test_at_the_timeout_the_whole_group_is_killed),
		folder_test(test_what_the_program_leaves_running_is_killed),
		cmocka_unit_test(test_a_timeout_as_long_as_the_interval_loses_no_attempts_and_leaks_no_files),
		folder_test(test_the_end_of_the_checker_and_of_a_check_kills_what_runs),
		cmocka_unit_test(test_a_program_that_cannot_be_started_says_nothing),
		cmocka_unit_test(test_a_program_that_the_kernel_kills_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
