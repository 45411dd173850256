import Mustache

/// The templates of one page and the way to fill them in.
///
/// Each template opens with `{{% CONTENT_TYPE: MARKUP}}`, so that `{{name}}` is escaped by `Markup`. `{{{name}}}` is for
/// what this module made itself: styles, scripts, pictures.
struct PageTemplate: Sendable {
  private let templates: MustacheLibrary

  /// A page and the parts that it or another part names.
  ///
  /// - Parameters:
  ///   - title: what the browser calls it, a template too.
  ///   - body: from `<body>` on.
  init(
    title: String, body: String, parts: [String: String] = [:]
  ) throws(ReportError) {
    Markup.register
    var templates = MustacheLibrary()
    let page = Self.head(title) + body
    do {
      for (name, text) in parts.merging(["page": page], uniquingKeysWith: { $1 }) {
        try templates.register("{{% CONTENT_TYPE: MARKUP}}" + text, named: name)
      }
    } catch {
      throw ReportError(.template, path: "", "a page template is damaged: \(error)")
    }
    self.templates = templates
  }

  /// What every page begins with: nothing but files beside it and what is inside may be shown or run.
  private static func head(_ title: String) -> String {
    #"""
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
    <link rel="icon" href="data:,">
    <title>\#(title)</title>
    <style>{{{style}}}</style>
    </head>

    """#
  }

  /// The page with these values; an empty string counts as absent, also where a section asks for it.
  func render(_ values: [String: Any]) throws(ReportError) -> String {
    guard let text = templates.render(Self.withoutEmpty(values), withTemplate: "page") else {
      throw ReportError(.template, path: "", "the page template is missing")
    }
    return text
  }

  private static func withoutEmpty(_ values: [String: Any]) -> [String: Any] {
    values.compactMapValues { value in
      switch value {
      case let text as String: text.isEmpty ? nil : text
      case let rows as [[String: Any]]: rows.map(withoutEmpty)
      case let inner as [String: Any]: withoutEmpty(inner)
      default: value
      }
    }
  }
}

/// Escapes text for HTML, in content and in quoted attributes.
///
/// Works on scalars: a quote followed by a combining accent is one `Character`, which the template engine's own escape
/// lets through.
struct Markup: MustacheContentType {
  func escapeText(_ text: String) -> String { Self.escape(text) }

  static func escape(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": escaped += "&lt;".unicodeScalars
      case ">": escaped += "&gt;".unicodeScalars
      case "&": escaped += "&amp;".unicodeScalars
      case "\"": escaped += "&quot;".unicodeScalars
      case "'": escaped += "&#39;".unicodeScalars
      case "\n", "\t": escaped.append(scalar)
      // Control characters have no place in HTML.
      case _ where scalar.value < 32 || scalar.value == 127: escaped.append("\u{FFFD}")
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  /// Makes the name MARKUP known to the template engine, once.
  static let register: Void = MustacheContentTypes.register(Markup(), named: "MARKUP")
}
