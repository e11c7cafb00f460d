namespace Dormouse.Instances.Resources;

/// <summary>A mounted tree of control groups, and the places in it where this process may have a folder.</summary>
internal sealed record CgroupMount(string MountPoint, bool Unified, IReadOnlyList<string> Controllers, string OwnGroup)
{
    private static readonly string[] Wanted = ["memory", "pids", "cpu", "freezer"];

    /// <summary>The unified tree first, so that its freezer is preferred.</summary>
    public static IReadOnlyList<CgroupMount> All() =>
        Parse(File.ReadAllLines("/proc/self/mountinfo"), File.ReadAllLines("/proc/self/cgroup"));

    public static IReadOnlyList<CgroupMount> Parse(IEnumerable<string> mountInfo, IEnumerable<string> ownGroups)
    {
        // hierarchy id : controllers : path; the unified tree has id 0 and no controllers.
        var own = ownGroups.Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3).ToList();
        var mounts = new List<CgroupMount>();
        foreach (string[] fields in mountInfo.Select(line => line.Split(' ')))
        {
            // id parent major:minor root mountpoint options... - type source superoptions
            int separator = Array.IndexOf(fields, "-");
            if (separator < 5 || fields.Length < separator + 4 || fields[separator + 1] is not ("cgroup" or "cgroup2"))
            {
                continue;
            }
            bool unified = fields[separator + 1] == "cgroup2";
            string[] controllers = [.. fields[separator + 3].Split(',').Where(option => Wanted.Contains(option))];
            if (unified || controllers.Length > 0)
            {
                string? path = own.Find(parts => unified ? parts[0] == "0" : parts[1].Split(',').Contains(controllers[0]))?[2];
                mounts.Add(new CgroupMount(fields[4], unified, controllers, path ?? "/"));
            }
        }
        return [.. mounts.OrderByDescending(mount => mount.Unified)];
    }

    /// <summary>
    /// The root first: instances are no part of the platform's own group, which a service manager may end or limit as a whole. An
    /// ordinary user may write only below a group that was delegated to it.
    /// </summary>
    public IEnumerable<string> Parents()
    {
        yield return MountPoint;
        string own = MountPoint.TrimEnd('/') + OwnGroup;
        if (OwnGroup != "/" && Path.GetDirectoryName(own) is { } parent && parent.Length >= MountPoint.Length)
        {
            if (parent != MountPoint)
            {
                yield return parent;
            }
            yield return own;
        }
    }

    /// <summary>Offers the controllers to the groups below, one by one since one that is missing would refuse all.</summary>
    public void Delegate(string path)
    {
        if (!Unified)
        {
            return;
        }
        foreach (string controller in (string[])["memory", "pids", "cpu"])
        {
            try
            {
                using var stream = new FileStream(
                    Path.Combine(path, "cgroup.subtree_control"),
                    FileMode.Open,
                    FileAccess.Write,
                    FileShare.ReadWrite,
                    0
                );
                stream.Write(System.Text.Encoding.ASCII.GetBytes("+" + controller));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The controller is bound to version 1 or not delegated: the report says that its bound does not hold.
            }
        }
    }
}
