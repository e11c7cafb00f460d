namespace Dormouse.Bench.Wake;

/// <summary>A process and all that descend from it.</summary>
internal static class ProcessTree
{
    public static int[] Of(int root)
    {
        Dictionary<int, List<int>> children = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && ParentOf(folder) is { } parent)
            {
                if (!children.TryGetValue(parent, out List<int>? siblings))
                {
                    children[parent] = siblings = [];
                }
                siblings.Add(pid);
            }
        }
        List<int> tree = [root];
        for (int i = 0; i < tree.Count; i++)
        {
            tree.AddRange(children.GetValueOrDefault(tree[i], []));
        }
        return [.. tree];
    }

    private static int? ParentOf(string folder)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            string[] afterName = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(afterName[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
