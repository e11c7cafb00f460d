namespace Dormouse.Bench.Wake;

/// <summary>A process and all that descend from it.</summary>
internal static class ProcessTree
{
    public static int[] Of(int root) => Of([root]);

    /// <summary>The same of several, by one look at all processes.</summary>
    public static int[] Of(IEnumerable<int> roots)
    {
        ILookup<int?, int> children = All().ToLookup(ParentOf);
        List<int> tree = [.. roots];
        for (int i = 0; i < tree.Count; i++)
        {
            tree.AddRange(children[tree[i]]);
        }
        return [.. tree];
    }

    public static int[] All() =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(path => int.TryParse(Path.GetFileName(path), out int pid) ? pid : 0)
                .Where(pid => pid > 0),
        ];

    /// <summary>Null once the process is gone.</summary>
    public static int? ParentOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] afterName = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(afterName[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
