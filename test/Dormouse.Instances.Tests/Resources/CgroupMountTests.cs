using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Tests.Resources;

public sealed class CgroupMountTests
{
    [Fact]
    public void A_host_with_both_versions_offers_the_unified_tree_first_and_the_wanted_controllers_of_version_1()
    {
        IReadOnlyList<CgroupMount> mounts = CgroupMount.Parse(
            [
                "25 20 0:22 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio",
                "26 20 0:23 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory",
                "27 20 0:24 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
                "28 20 0:25 / /tmp rw - tmpfs tmpfs rw",
            ],
            ["4:memory:/own/group", "1:blkio:/", "0::/"]
        );

        Assert.Equal(["/sys/fs/cgroup/unified", "/sys/fs/cgroup/memory"], mounts.Select(mount => mount.MountPoint));
        Assert.Equal(["/sys/fs/cgroup/unified"], mounts[0].Parents());
        Assert.Equal(["/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/own", "/sys/fs/cgroup/memory/own/group"], mounts[1].Parents());
    }

    [Fact]
    public void Lines_of_another_form_are_passed_over()
    {
        Assert.Empty(CgroupMount.Parse(["", "1 2 3", "27 20 0:24 / /x rw - cgroup2"], ["", "nonsense"]));
    }
}
