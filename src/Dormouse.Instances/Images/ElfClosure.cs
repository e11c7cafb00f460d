using System.Runtime.InteropServices;
using Dormouse.Contracts;

namespace Dormouse.Instances.Images;

/// <summary>Completes a root with the libraries and the loader that its ELF files need, as the dynamic loader would look for them.</summary>
internal static class ElfClosure
{
    /// <summary>The folders that the loaders of Debian, Ubuntu and the Red Hat family search without being told.</summary>
    public static readonly IReadOnlyList<string> LibraryFolders = [$"/usr/lib/{Triplet}", "/usr/lib64", "/usr/lib"];

    private static readonly EnumerationOptions FilesWithoutLinks = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    private static string Triplet => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    /// <param name="builder">The root to complete; what it holds already is used first.</param>
    /// <param name="tree">Where missing libraries are taken from.</param>
    /// <param name="alsoFor">A program outside the root that will run in it.</param>
    public static void Complete(RootBuilder builder, SourceTree tree, string alsoFor)
    {
        var pending = new Queue<string>(Directory.EnumerateFiles(builder.Root, "*", FilesWithoutLinks).Append(alsoFor));
        var loaders = new HashSet<string>();
        while (pending.TryDequeue(out string? file))
        {
            string path = file.StartsWith(builder.Root + "/", StringComparison.Ordinal) ? file[builder.Root.Length..] : file;
            if (ElfFile.TryRead(file) is not { } elf)
            {
                continue;
            }
            if (elf.Interpreter is { } loader && loaders.Add(Path.GetFileName(loader)) && !builder.Has(RootBuilder.Merged(loader)))
            {
                builder.AddFile(loader, tree.FindFile(loader) ?? tree.FindFile(RootBuilder.Merged(loader)) ?? throw Missing(loader, path));
            }
            foreach (string name in elf.Needed.Where(name => !IsLoader(name)))
            {
                if (Add(builder, tree, path, elf, name) is { } added)
                {
                    pending.Enqueue(builder.Root + added);
                }
            }
        }
    }

    // Libraries name the loader as one of their needs; it is in memory by then.
    private static bool IsLoader(string name) => name.StartsWith("ld-linux", StringComparison.Ordinal);

    /// <summary>The path of the library if it was new.</summary>
    private static string? Add(RootBuilder builder, SourceTree tree, string path, ElfFile elf, string name)
    {
        string folder = Path.GetDirectoryName(path)!;
        IEnumerable<string> own = elf.RunPath.Select(step => Path.GetFullPath(step.Replace("$ORIGIN", folder, StringComparison.Ordinal)));
        if (own.Concat(LibraryFolders).Any(place => builder.Has(RootBuilder.Merged(place + "/" + name))))
        {
            return null;
        }
        foreach (string place in LibraryFolders)
        {
            string library = place + "/" + name;
            // The host that is no merged-/usr one has the same library without the prefix.
            if ((tree.FindFile(library) ?? tree.FindFile(library["/usr".Length..])) is { } file)
            {
                builder.AddFile(library, file);
                return library;
            }
        }
        throw Missing(name, path);
    }

    private static DormouseException Missing(string name, string neededBy) =>
        new(
            FailureKind.Host,
            "DM3003",
            $"The library '{name}', which '{neededBy}' of the image needs, is in none of the image's parts. "
                + "Try another source or suite for the image."
        );
}
